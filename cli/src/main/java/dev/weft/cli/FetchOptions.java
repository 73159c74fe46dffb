package dev.weft.cli;

/**
 * How to fetch, settled and checked.
 *
 * @param atOnce how many requests may be under way
 * @param perHost how many of them to one host, 0 for no such limit
 * @param insecure whether certificates go unverified
 */
record FetchOptions(FetchLimits limits, int atOnce, int perHost, boolean insecure) {}
