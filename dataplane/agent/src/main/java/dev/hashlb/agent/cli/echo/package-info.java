/** A small echo server over HTTP, TCP and UDP for demos and tests; not a part of the data plane. */
@NullMarked
package dev.hashlb.agent.cli.echo;

import org.jspecify.annotations.NullMarked;
