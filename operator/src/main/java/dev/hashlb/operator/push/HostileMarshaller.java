package dev.hashlb.operator.push;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import java.io.InputStream;

/**
 * Reads messages that a stranger sent. What cannot be read becomes the empty message, which no call accepts: so it ends with
 * INVALID_ARGUMENT like anything else that is not the protocol, instead of gRPC's "application error".
 */
final class HostileMarshaller<T extends MessageLite> implements MethodDescriptor.Marshaller<T> {
    private final Parser<T> parser;
    private final T empty;

    HostileMarshaller(Parser<T> parser, T empty) {
        this.parser = parser;
        this.empty = empty;
    }

    @Override
    public InputStream stream(T value) {
        throw new UnsupportedOperationException("the operator reads requests and sends none");
    }

    @Override
    public T parse(InputStream stream) {
        try {
            return parser.parseFrom(stream);
        } catch (InvalidProtocolBufferException e) {
            return empty;
        }
    }
}
