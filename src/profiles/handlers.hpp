#pragma once
// The handlers of pictures behind `add_profile_routes`.

#include "base/task.hpp"
#include "http/message.hpp"
#include "objects/store.hpp"
#include "profiles/routes.hpp"

#include <string>

namespace reelshare::profiles {

// avatars.cpp
Task<Result<http::Response>> put_avatar(const ProfileParts& parts, http::Request& request);
Task<Result<http::Response>> delete_avatar(const ProfileParts& parts, http::Request& request);
Task<Result<http::Response>> serve_avatar(const ProfileParts& parts, http::Request& request);

/// Best effort: what stays behind, the clean-up pass removes. "" has no files.
Task<void> remove_avatar_files(objects::Store& store, std::string user_id, std::string version);

}  // namespace reelshare::profiles
