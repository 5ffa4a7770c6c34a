package dev.hashlb.operator.push;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All nodes, or all keys, as they go out. Compared by identity: the same object is the same content. */
final class EncodedPart<T> {
    private final T value;
    private final byte[] field;

    private EncodedPart(T value, byte[] field) {
        this.value = value;
        this.field = field;
    }

    /** Takes over what was encoded before, if it is equal. */
    static <T> EncodedPart<T> of(T value, @Nullable EncodedPart<T> before, Function<T, byte[]> encode) {
        return before != null && before.value.equals(value) ? before : new EncodedPart<>(value, encode.apply(value));
    }

    T value() {
        return value;
    }

    /** The bytes of its field in a change; shared, never to be written to. */
    byte[] field() {
        return field;
    }
}
