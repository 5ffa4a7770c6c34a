/**
 * nftables through its own library, libnftables: rules are written in nft's language (nft(8)), so what HashLB sets is
 * what a person reads in {@code nft list ruleset}. Nothing here knows HashLB's rules.
 */
@NullMarked
package dev.hashlb.agent.linux.nftables;

import org.jspecify.annotations.NullMarked;
