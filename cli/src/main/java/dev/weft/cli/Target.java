package dev.weft.cli;

import dev.weft.http.HttpException;
import dev.weft.http.HttpRequest;

/**
 * A URL to fetch.
 *
 * @param url as it was given
 * @param request ready to be sent, any number of times
 */
record Target(String url, HttpRequest request) {

    static Target of(String url) throws BadInput {
        try {
            return new Target(url, HttpRequest.get(url).build());
        } catch (HttpException.InvalidUrl e) {
            throw new BadInput(String.valueOf(e.getMessage()).replaceFirst("^GET ", ""));
        }
    }

    /** Of a URL that is known to be good. */
    static Target trusted(String url) {
        return new Target(url, HttpRequest.get(url).build());
    }

    /** Scheme, name and port: what has a limit of its own. */
    String host() {
        var uri = request.uri();
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
