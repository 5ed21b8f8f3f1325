import type { paths } from './contract';
import { request, type Method } from './http';

/** The routes and shapes of `docs/openapi.yaml`; `contract.d.ts` is made from it by `npm run contract`. */
type Verb = Lowercase<Method>;
type Path<V extends Verb> = {
  [P in keyof paths]: paths[P] extends Record<V, object>
    ? P extends `/api/v1${infer Rest}`
      ? Rest
      : never
    : never;
}[keyof paths];
type Operation<V extends Verb, P extends string> = `/api/v1${P}` extends keyof paths
  ? V extends keyof paths[`/api/v1${P}`]
    ? paths[`/api/v1${P}`][V]
    : never
  : never;

type Parameter<O, Where extends string> = O extends { parameters: { [W in Where]?: infer T } }
  ? NonNullable<T>
  : never;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : never;
type Json<R> = R extends { content: { 'application/json': infer J } } ? J : never;
type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never;
type Data<A> = A extends { data: infer D } ? D : never;

/** A parameter that the operation has must be given, and no other. */
type Given<Key extends string, T> = [T] extends [never] ? unknown : { [K in Key]: T };
type Optional<Key extends string, T> = [T] extends [never] ? unknown : { [K in Key]?: T };
type Options<O> = Given<'path', Parameter<O, 'path'>> &
  Optional<'query', Parameter<O, 'query'>> &
  Given<'body', Body<O>> & {
    /** Send the bearer token if somebody is logged in. */
    auth?: boolean;
    /** Goes out even where the page is being left. */
    keepalive?: boolean;
  };

/** One call of the API, by its path in the document; throws ApiError or NetworkError. */
export function callWhole<M extends Method, P extends Path<Lowercase<M>>>(
  method: M,
  path: P,
  options: Options<Operation<Lowercase<M>, P>>,
): Promise<Answer<Operation<Lowercase<M>, P>>> {
  const { path: values, query, ...rest } = options as Loose;
  return request(fill(path, values ?? {}) + queryOf(query ?? {}), { ...rest, method });
}

/** The same; gives `data` of the envelope. */
export async function call<M extends Method, P extends Path<Lowercase<M>>>(
  method: M,
  path: P,
  options: Options<Operation<Lowercase<M>, P>>,
): Promise<Data<Answer<Operation<Lowercase<M>, P>>>> {
  const answer: unknown = await callWhole(method, path, options);
  return (answer as { data: Data<Answer<Operation<Lowercase<M>, P>>> }).data;
}

type Value = string | number | boolean;
interface Loose {
  path?: Record<string, Value>;
  query?: Record<string, Value | null | undefined>;
  body?: unknown;
  auth?: boolean;
  keepalive?: boolean;
}

/** `/video/{id}` with its id in place. */
export function fill(path: string, values: Record<string, Value>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

/** What is null or undefined is left out. */
export function queryOf(values: Record<string, Value | null | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== null && value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text && `?${text}`;
}
