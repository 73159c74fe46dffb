/** JSON for Weft's HTTP client with Jackson 3; found by itself where it is on the path. */
@org.jspecify.annotations.NullMarked
module dev.weft.json.jackson {
    requires transitive dev.weft.http;
    requires transitive tools.jackson.databind;
    requires static transitive org.jspecify;

    exports dev.weft.json.jackson;

    provides dev.weft.http.JsonCodec with
            dev.weft.json.jackson.JacksonCodec;
}
