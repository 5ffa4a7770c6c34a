/**
 * IP addresses and prefixes as numbers: what the formulas add up and what the tables look up.
 * Values only; nothing here resolves names or touches the network.
 */
@NullMarked
package dev.hashlb.core.address;

import org.jspecify.annotations.NullMarked;
