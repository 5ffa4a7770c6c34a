/**
 * What forwards packets, behind one interface: a compiled snapshot and attached namespaces go in, counters come out.
 * {@code engine.netty} is the portable engine; a BPF engine takes the same. Nothing here reads files or sets up devices.
 */
@NullMarked
package dev.hashlb.agent.engine;

import org.jspecify.annotations.NullMarked;
