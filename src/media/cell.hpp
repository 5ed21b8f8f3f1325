#pragma once
// The walls around media code: after `enter` this process can read and write what it has open, make
// files in one folder, use memory and threads, and nothing else. A hole in a decoder then reaches
// nothing.

#include "media/job.hpp"

#include <string>

namespace reelshare::media {

/// Before any thread is started and any byte of the file is read. Throws where a wall cannot be
/// built that this kernel should have; Landlock (files) may be missing (media/walls.hpp).
void enter_cell(const Job& job, int output_directory);

}  // namespace reelshare::media
