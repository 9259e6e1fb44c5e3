/** Port: conversion of UCUM units into the units of the catalogue. */
import type { UnitConversions } from "#core/metrics/unit-conversion.ts";

/**
 * Guarantees
 * - `convert` answers at once and never throws, whatever the text; null for what is not UCUM, not commensurable or not linear.
 * - Identical units convert by factor 1 without any work.
 * - Counts in braces (`{steps}`) and `1` convert only among themselves: a percentage is not a score.
 * - Memory stays bounded however many unit texts devices invent.
 */
export type UnitConverter = UnitConversions;
