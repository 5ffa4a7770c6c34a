/**
 * What a snapshot decides, as one number: operator and data plane compare it after each change. Defined by docs/protocol.md;
 * pure, and knows only {@code snapshot} and {@code select}.
 */
@NullMarked
package dev.hashlb.core.digest;

import org.jspecify.annotations.NullMarked;
