/**
 * What a data plane is run against once at the build, so that the classes which it needs are loaded ahead at each later start. Not a
 * model of anything: it says just enough for every step of a start to be taken.
 */
@NullMarked
package dev.hashlb.e2e.ahead;

import org.jspecify.annotations.NullMarked;
