/**
 * What a data plane knows: balancers, their server lists, nodes and keys, as immutable values with every default filled in.
 * A snapshot carries lists, never tables; tables are computed from it by {@code select} and {@code forward}.
 * Rules about what a person may declare live in {@code declare}, not here.
 */
@NullMarked
package dev.hashlb.core.snapshot;

import org.jspecify.annotations.NullMarked;
