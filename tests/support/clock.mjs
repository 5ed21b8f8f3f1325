// Programs whose clock is wrong.
import { existsSync } from 'node:fs';

const library = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`).find(existsSync);

/** The environment of a program whose clock is off by `offset` ("+5m", "-1h"); its monotonic one is right. */
export const clock = (offset) => ({ LD_PRELOAD: library, FAKETIME: offset, DONT_FAKE_MONOTONIC: '1' });
