package dev.hashlb.core.announce;

/** Who answers for a VIP. */
public enum Answering {
    /** One router, with its own MAC address: packets of the VIP reach it alone. */
    ONE_ROUTER,
    /** Every router, with the same MAC address of many stations: packets of the VIP reach all of them. */
    EVERY_ROUTER
}
