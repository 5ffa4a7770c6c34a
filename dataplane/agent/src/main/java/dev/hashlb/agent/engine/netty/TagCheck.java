package dev.hashlb.agent.engine.netty;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.packet.Flow;
import dev.hashlb.core.snapshot.TunnelKey;
import dev.hashlb.core.tunnel.TunnelHeader;
import dev.hashlb.core.tunnel.TunnelTag;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Signs and verifies tunnel headers under the snapshot's keys: the newest signs, both are accepted. One per thread. */
final class TagCheck {
    private TunnelTag[] tags = {};
    private int[] keyIds = {};

    void use(List<TunnelKey> keys) {
        tags = keys.stream().map(TunnelTag::new).toArray(TunnelTag[]::new);
        keyIds = keys.stream().mapToInt(TunnelKey::id).toArray();
    }

    /** The id of the key that signs; 0 without keys. */
    int keyId() {
        return keyIds.length == 0 ? 0 : keyIds[0];
    }

    /** Writes the tag into a header whose other fields are written; leaves it 0 without keys. */
    void sign(MemorySegment memory, long headerOffset, IpAddress sender, IpAddress receiver, Flow flow) {
        if (tags.length > 0) {
            TunnelHeader.tag(memory, headerOffset, tags[0].compute(memory, headerOffset, sender, receiver, flow));
        }
    }

    /** Whether the header's tag was made with one of the keys; true without keys. */
    boolean verify(MemorySegment memory, long headerOffset, IpAddress sender, IpAddress receiver, Flow flow) {
        if (tags.length == 0) {
            return true;
        }
        int keyId = TunnelHeader.keyId(memory, headerOffset);
        long tag = TunnelHeader.tag(memory, headerOffset);
        for (int i = 0; i < tags.length; i++) {
            if (keyIds[i] == keyId && tags[i].compute(memory, headerOffset, sender, receiver, flow) == tag) {
                return true;
            }
        }
        return false;
    }
}
