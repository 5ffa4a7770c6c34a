/**
 * The process that turns declarations in Kubernetes into snapshots for the data planes. {@code model} says what should be,
 * {@code cluster} reads and writes Kubernetes, {@code push} speaks to the data planes, {@code identity} says who they are.
 * Only the wiring of the four lives here.
 */
@NullMarked
package dev.hashlb.operator;

import org.jspecify.annotations.NullMarked;
