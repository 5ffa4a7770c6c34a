/**
 * The tunnel between router and host: Geneve (RFC 8926) with one option of fixed size, and the tag that proves its sender.
 * Specified byte by byte in docs/wire-format.md.
 */
@NullMarked
package dev.hashlb.core.tunnel;

import org.jspecify.annotations.NullMarked;
