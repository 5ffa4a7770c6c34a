/**
 * {@code hashlb demo}: real data planes in a lab, real HTTP requests through a VIP, and beside each what {@code hashlb trace}
 * foretold. It shows; what must hold is asserted by the suites.
 */
@NullMarked
package dev.hashlb.e2e.demo;

import org.jspecify.annotations.NullMarked;
