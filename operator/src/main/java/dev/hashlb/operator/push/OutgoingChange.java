package dev.hashlb.operator.push;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.hashlb.protocol.v1alpha1.FromOperator;
import dev.hashlb.protocol.v1alpha1.SnapshotChange;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A {@link FromOperator} with one {@link SnapshotChange}, as bytes: what is this stream's own, then the resources' fields,
 * whose arrays all streams share. It is written into gRPC's buffers as it is, without a message object in between.
 */
final class OutgoingChange {
    private final byte[] head;
    private final List<byte[]> fields;
    private final boolean whole;
    private final int sizeBytes;

    private OutgoingChange(byte[] head, List<byte[]> fields, boolean whole, int sizeBytes) {
        this.head = head;
        this.fields = fields;
        this.whole = whole;
        this.sizeBytes = sizeBytes;
    }

    /**
     * Puts a change together.
     *
     * @param baseVersion 0: it is whole
     * @param fields encoded fields of {@link SnapshotChange} from {@code balancers} on
     */
    static OutgoingChange of(ByteString nonce, long version, long baseVersion, long digest, List<byte[]> fields) {
        byte[] own = SnapshotChange.newBuilder()
                .setNonce(nonce)
                .setVersion(version)
                .setBaseVersion(baseVersion)
                .setDigest(digest)
                .build()
                .toByteArray();
        int length = own.length + fields.stream().mapToInt(f -> f.length).sum();
        int tagBytes = CodedOutputStream.computeTagSize(FromOperator.CHANGE_FIELD_NUMBER);
        byte[] head = new byte[tagBytes + CodedOutputStream.computeUInt32SizeNoTag(length) + own.length];
        CodedOutputStream out = CodedOutputStream.newInstance(head);
        try {
            out.writeTag(FromOperator.CHANGE_FIELD_NUMBER, com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(length);
            out.writeRawBytes(own);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.checkNoSpaceLeft();
        return new OutgoingChange(head, fields, baseVersion == 0, head.length - own.length + length);
    }

    boolean whole() {
        return whole;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(head);
        for (byte[] field : fields) {
            out.write(field);
        }
    }

    /** Only ever writes: the operator reads none. */
    static final class Marshaller implements MethodDescriptor.Marshaller<OutgoingChange> {
        @Override
        public InputStream stream(OutgoingChange change) {
            return new Bytes(change);
        }

        @Override
        public OutgoingChange parse(InputStream stream) {
            throw new UnsupportedOperationException("the operator sends changes and reads none");
        }
    }

    /** gRPC drains it, and asks for its length first; reading it byte by byte works too. */
    private static final class Bytes extends InputStream implements Drainable, KnownLength {
        private final OutgoingChange change;
        private int part = -1;
        private InputStream current;

        Bytes(OutgoingChange change) {
            this.change = change;
            this.current = new ByteArrayInputStream(change.head);
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            change.writeTo(target);
            part = change.fields.size();
            current = InputStream.nullInputStream();
            return change.sizeBytes;
        }

        @Override
        public int read() throws IOException {
            int next = current.read();
            while (next < 0 && part + 1 < change.fields.size()) {
                current = new ByteArrayInputStream(change.fields.get(++part));
                next = current.read();
            }
            return next;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = current.read(target, offset, length);
            while (count < 0 && part + 1 < change.fields.size()) {
                current = new ByteArrayInputStream(change.fields.get(++part));
                count = current.read(target, offset, length);
            }
            return count;
        }

        @Override
        public int available() {
            return change.sizeBytes;
        }
    }
}
