#pragma once
// Pictures of people: one image in, two square WebP files out.

#include "media/job.hpp"

namespace reelshare::media {

/// Reads a JPEG, PNG or WebP from `input` and writes "96.webp" and "320.webp" into the folder
/// `output`: the middle of it, upright, on white where it was transparent, and without anything but
/// pixels. Throws Failure for what is no such image, too large (`Job::max_pixels`) or too narrow.
void write_avatars(const Job& job, int input, int output);

}  // namespace reelshare::media
