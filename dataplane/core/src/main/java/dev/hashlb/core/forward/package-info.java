/**
 * The decision for one packet, as a pure function of a compiled snapshot. The engines and {@code hashlb trace} share it,
 * so that what is foretold is what happens.
 */
@NullMarked
package dev.hashlb.core.forward;

import org.jspecify.annotations.NullMarked;
