import { expect, it } from 'vitest';
import { areaPath, lastDays, linePath, scaleFor } from './chart';

it('draws a line, and the area below it', () => {
  const points = [
    { x: 0, y: 1 },
    { x: 0.5, y: 0.333333 },
    { x: 1, y: 0 },
  ];
  expect(linePath(points, 100, 60)).toBe('M0 0L50 40L100 60');
  expect(areaPath(points, 100, 60)).toBe('M0 0L50 40L100 60L100 60L0 60Z');
  expect(areaPath([], 100, 60)).toBe('');
});

it('fills days without views', () => {
  const days = lastDays(
    [
      { day: '2026-02-27', views: 3 },
      { day: '2026-03-01', views: 1 },
      { day: '2025-01-01', views: 9 },
    ],
    '2026-03-01',
    4,
  );
  expect(days.map(({ day, views }) => `${day.slice(5)}:${views}`)).toEqual([
    '02-26:0',
    '02-27:3',
    '02-28:0',
    '03-01:1',
  ]);
});

it('ends a scale at a round number', () => {
  expect([0, 1, 2, 3, 7, 10, 11, 51, 980].map(scaleFor)).toEqual([
    1, 1, 2, 5, 10, 10, 20, 100, 1000,
  ]);
});
