/** A number on the steps a device resolves, without the noise of binary fractions. */
export const onQuantum = (value: number, quantum: number): number => Number((Math.round(value / quantum) * quantum).toFixed(6));
