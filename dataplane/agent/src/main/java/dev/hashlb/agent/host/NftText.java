package dev.hashlb.agent.host;

/** What all our nft commands share. */
final class NftText {
    private NftText() {}

    /** Removes our table, whether it is there or not; what follows in the same call replaces it without a gap. */
    static String removal() {
        return "table inet %s\ndelete table inet %s\n".formatted(HostFootprint.NFT_TABLE, HostFootprint.NFT_TABLE);
    }
}
