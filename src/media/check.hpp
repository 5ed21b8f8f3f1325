#pragma once

namespace reelshare::media {

/// Prints one line per finding for `reelshare doctor`: "ok WHAT", "warn WHAT | HOW TO MEND IT",
/// "bad …".
void print_check();

}  // namespace reelshare::media
