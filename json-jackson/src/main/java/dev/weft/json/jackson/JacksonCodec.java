package dev.weft.json.jackson;

import dev.weft.http.JsonCodec;

import org.jspecify.annotations.Nullable;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

import java.lang.reflect.Type;

/**
 * Reads and writes JSON with Jackson: records, beans, collections, {@code java.time}. What follows
 * the value is an error; unknown properties are ignored, as a client must that wants to live on
 * when its server learns more. Immutable, any thread.
 */
public final class JacksonCodec implements JsonCodec {

    private final ObjectMapper mapper;

    /** With the defaults described above. */
    public JacksonCodec() {
        this(
                JsonMapper.builder()
                        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .build());
    }

    /** With a mapper of one's own. */
    public JacksonCodec(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public byte[] write(@Nullable Object value) {
        try {
            return mapper.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "can't be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    @Override
    public @Nullable Object read(byte[] json, Type type) {
        try {
            return mapper.readValue(json, mapper.constructType(type));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    e.getOriginalMessage() + " at " + e.getLocation().offsetDescription(), e);
        }
    }
}
