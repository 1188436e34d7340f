import type { Plugin } from 'vite';

export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** A plugin for one bundle of the checkout at `root`; that of the last one writes. */
export function licences(root: string, options?: { readonly isLast?: boolean }): Plugin;
/** Name, version, licence and its text of the package in `folder`. Throws where one is missing, or not allowed. */
export function readPackage(folder: string): LicensedPackage;
/** All in one text. Packages with one and the same text stand over it together. */
export function licenceText(packages: readonly LicensedPackage[]): string;
