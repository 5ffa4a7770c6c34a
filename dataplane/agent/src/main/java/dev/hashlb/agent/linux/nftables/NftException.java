package dev.hashlb.agent.linux.nftables;

import java.io.IOException;

/** nft refused commands, or its library is missing. The message carries nft's own words. */
public final class NftException extends IOException {
    private static final long serialVersionUID = 1;

    NftException(String message) {
        super(message);
    }
}
