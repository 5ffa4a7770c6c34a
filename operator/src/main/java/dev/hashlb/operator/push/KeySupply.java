package dev.hashlb.operator.push;

import dev.hashlb.core.snapshot.TunnelKey;
import java.util.List;

/** The keys that all data planes should have now. Safe for any thread, must not block. */
public interface KeySupply {
    /** The newest state; at most two keys, the first of which tags. */
    List<TunnelKey> keys();
}
