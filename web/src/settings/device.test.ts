import { expect, it } from 'vitest';
import { deviceName } from './device';

it('names a device as a person would', () => {
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  expect(
    deviceName(
      `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${webkit} Chrome/126.0 Mobile Safari/537.36`,
    ),
  ).toBe('Chrome on Android');
  expect(
    deviceName(
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Mobile Safari/604.1',
    ),
  ).toBe('Safari on iPhone');
  expect(deviceName('Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0')).toBe(
    'Firefox on Linux',
  );
  expect(
    deviceName(`Mozilla/5.0 (Windows NT 10.0; Win64) ${webkit} Chrome/126 Safari/537 Edg/126.0`),
  ).toBe('Edge on Windows');
  expect(deviceName('curl/8.5.0')).toBe('curl/8.5.0');
  expect(deviceName('')).toBe('An unknown device');
});
