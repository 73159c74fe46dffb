package dev.weft.http;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.Type;
import java.util.ServiceLoader;

/**
 * Reads and writes JSON (RFC 8259, UTF-8) with some library: {@code weft-json-jackson} brings one.
 * A client uses the one that it was built with, else the first that {@link ServiceLoader} finds.
 * Must be pure computation, any thread: it is first used, and long texts are read, outside the
 * loop.
 */
public interface JsonCodec {

    /**
     * The value as JSON text in UTF-8.
     *
     * @throws IllegalArgumentException if it can't be written
     */
    byte[] write(@Nullable Object value);

    /**
     * The value of that type (a class, or a {@code ParameterizedType} such as a list of records)
     * that the text means; null for JSON's {@code null}.
     *
     * @throws IllegalArgumentException if the text isn't JSON, or JSON of another shape
     */
    @Nullable Object read(byte[] json, Type type);

    /**
     * The codec that is on the class path or module path.
     *
     * @throws IllegalStateException if there is none
     */
    static JsonCodec installed() {
        for (JsonCodec codec :
                ServiceLoader.load(JsonCodec.class, JsonCodec.class.getClassLoader())) {
            return codec;
        }
        throw new IllegalStateException(
                "no JsonCodec is installed: add the dependency dev.weft:weft-json-jackson, or give"
                        + " one to HttpClient.builder().json(..)");
    }
}
