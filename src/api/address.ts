/** Where the API is found. */
export const API_PREFIX = "/api/v1/";
