/** XML-RPC values as this client knows them. Dates and bytes, which only plug-ins of the original send, come as their text. */
export type Value = string | number | boolean | null | readonly Value[] | Struct;
export type Struct = { readonly [member: string]: Value };
