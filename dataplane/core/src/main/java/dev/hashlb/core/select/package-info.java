/**
 * The calculation: from a flow to a slot by the two formulas, and from a slot to a server by the two tables.
 * Specified, with test vectors, in docs/calculation.md. Pure arithmetic: no I/O, no clock, no state.
 */
@NullMarked
package dev.hashlb.core.select;

import org.jspecify.annotations.NullMarked;
