import { useSearchParams } from 'react-router-dom';

/** One parameter of the address, and how to change it without losing the others. Null takes it out. */
export function useParameter<Name extends string = string>(
  name: Name,
): [string | null, (value: string | null) => void] {
  const [params, setParams] = useSearchParams();
  function setParameter(value: string | null): void {
    setParams(
      (previous) => {
        const changed = new URLSearchParams(previous);
        if (value === null || value === '') {
          changed.delete(name);
        } else {
          changed.set(name, value);
        }
        return changed;
      },
      { replace: true },
    );
  }
  return [params.get(name), setParameter];
}
