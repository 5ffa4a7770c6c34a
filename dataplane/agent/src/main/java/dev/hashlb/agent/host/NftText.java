package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.nftables.NftException;
import dev.hashlb.agent.linux.nftables.Nftables;

/** What all our nft commands share. */
final class NftText {
    private static final String TABLE = "table inet " + HostFootprint.NFT_TABLE + '\n';

    private NftText() {}

    /** Removes our table, whether it is there or not; what follows in the same call replaces it without a gap. */
    static String removal() {
        return TABLE + "delete " + TABLE;
    }

    /**
     * Makes our table in the network namespace of the calling thread, in the place of one that an earlier process may have left.
     *
     * @param commands that make it where there is none
     */
    static void makeFirst(String commands) throws NftException {
        try {
            // Without a deletion: after one the kernel holds nft until no processor uses what is gone, some 10 ms.
            Nftables.run("create " + TABLE + commands);
        } catch (NftException e) {
            replace(commands, e); // there is one; or this says why it cannot be
        }
    }

    private static void replace(String commands, NftException reason) throws NftException {
        try {
            Nftables.run(removal() + commands);
        } catch (NftException e) {
            e.addSuppressed(reason);
            throw e;
        }
    }
}
