package dev.hashlb.core.declare;

/** A value with the place where it was declared, for messages about it. */
record Located<T>(T value, Place place) {}
