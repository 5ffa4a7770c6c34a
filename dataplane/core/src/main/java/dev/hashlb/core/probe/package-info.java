/**
 * How data planes tell each other that they live: probes through the tunnel's port, byte by byte as docs/wire-format.md says, and
 * what a node concludes from those that it hears. Pure: time is an argument, sockets are the agent's.
 */
@NullMarked
package dev.hashlb.core.probe;

import org.jspecify.annotations.NullMarked;
