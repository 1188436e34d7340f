export function withoutEmpty(environment: NodeJS.ProcessEnv): void;
