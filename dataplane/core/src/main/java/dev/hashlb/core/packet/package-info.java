/**
 * Reading and rewriting IP packets in place, in memory that the caller owns.
 * Every byte is hostile: nothing here throws on account of a packet's content or reads past the length it was given.
 * Nothing here knows balancers, tables or sockets, and nothing allocates.
 */
@NullMarked
package dev.hashlb.core.packet;

import org.jspecify.annotations.NullMarked;
