import { useLayoutEffect, useRef } from 'react';

interface Props {
  readonly picture: ImageBitmap;
  readonly name: string;
  readonly className: string;
}

/** Pixels under a name. A canvas, so that no picture needs an address of its own in the page. */
export function Picture({ picture, name, className }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    element.width = picture.width;
    element.height = picture.height;
    element.getContext('2d')?.drawImage(picture, 0, 0);
  }, [picture]);
  return <canvas ref={canvas} className={className} role="img" aria-label={name} />;
}
