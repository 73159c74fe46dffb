/** JSON for {@code weft-http} with Jackson 3: {@link dev.weft.json.jackson.JacksonCodec}. */
@NullMarked
package dev.weft.json.jackson;

import org.jspecify.annotations.NullMarked;
