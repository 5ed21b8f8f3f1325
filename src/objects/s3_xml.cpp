#include "objects/s3_xml.hpp"

#include <array>
#include <charconv>
#include <ctime>
#include <pugixml.hpp>
#include <sstream>

namespace reelshare::objects {

namespace {

Result<pugi::xml_node> root_of(
    pugi::xml_document& document, std::string_view xml, const char* name
) {
    const pugi::xml_parse_result parsed = document.load_buffer(xml.data(), xml.size());
    if (!parsed)
        return fail_unavailable(std::string("S3 answered no XML: ") + parsed.description());
    const pugi::xml_node root = document.child(name);
    if (!root) {
        const std::string code = document.child("Error").child_value("Code");
        return fail_unavailable(
            std::string("S3 answered something else than ") + name + ' ' + code.substr(0, 100)
        );
    }
    return root;
}

/// "2009-10-12T17:50:30.000Z"; 0 where it is no time.
UnixMillis time_of(const char* text) {
    std::tm parts{};
    const char* rest = ::strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    return rest ? static_cast<UnixMillis>(::timegm(&parts)) * 1000 : 0;
}

/// The key without the prefix, or nothing where it has not that prefix.
std::optional<std::string> own_key(std::string_view key, std::string_view prefix) {
    if (!key.starts_with(prefix)) return std::nullopt;
    return std::string(key.substr(prefix.size()));
}

std::string text_of(const pugi::xml_document& document) {
    std::ostringstream text;
    document.save(text, "", pugi::format_raw | pugi::format_no_declaration);
    return text.str();
}

}  // namespace

std::string s3_error_code(std::string_view xml) {
    pugi::xml_document document;
    if (!document.load_buffer(xml.data(), xml.size())) return {};
    return std::string(document.child("Error").child_value("Code")).substr(0, 100);
}

Result<S3Page> read_s3_page(std::string_view xml, std::string_view prefix) {
    pugi::xml_document document;
    const auto root = root_of(document, xml, "ListBucketResult");
    if (!root) return std::unexpected(root.error());
    S3Page page;
    for (const pugi::xml_node& one : root->children("Contents")) {
        auto key = own_key(one.child_value("Key"), prefix);
        if (!key) continue;
        page.objects.push_back(
            {.key = std::move(*key),
             .size = one.child("Size").text().as_ullong(),
             .modified = time_of(one.child_value("LastModified"))}
        );
    }
    page.more = root->child("IsTruncated").text().as_bool();
    return page;
}

Result<std::string> read_upload_id(std::string_view xml) {
    pugi::xml_document document;
    const auto root = root_of(document, xml, "InitiateMultipartUploadResult");
    if (!root) return std::unexpected(root.error());
    std::string id = root->child_value("UploadId");
    if (id.empty()) return fail_unavailable("S3 began an upload without a name");
    return id;
}

Result<std::string> read_copied(std::string_view xml) {
    pugi::xml_document document;
    const auto root = root_of(document, xml, "CopyPartResult");
    if (!root) return std::unexpected(root.error());
    std::string etag = root->child_value("ETag");
    if (etag.empty()) return fail_unavailable("S3 copied a part without an ETag");
    return etag;
}

Result<std::vector<S3Upload>> read_uploads(std::string_view xml, std::string_view prefix) {
    pugi::xml_document document;
    const auto root = root_of(document, xml, "ListMultipartUploadsResult");
    if (!root) return std::unexpected(root.error());
    std::vector<S3Upload> uploads;
    for (const pugi::xml_node& one : root->children("Upload")) {
        auto key = own_key(one.child_value("Key"), prefix);
        if (!key) continue;
        uploads.push_back(
            {.key = std::move(*key),
             .id = one.child_value("UploadId"),
             .begun = time_of(one.child_value("Initiated"))}
        );
    }
    return uploads;
}

Result<std::string> read_not_removed(std::string_view xml) {
    pugi::xml_document document;
    const auto root = root_of(document, xml, "DeleteResult");
    if (!root) return std::unexpected(root.error());
    for (const pugi::xml_node& one : root->children("Error")) {
        const std::string code = one.child_value("Code");
        if (code != "NoSuchKey") return std::string(one.child_value("Key")) + ": " + code;
    }
    return std::string();
}

std::string write_complete(const std::vector<std::string>& etags) {
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("CompleteMultipartUpload");
    for (std::size_t i = 0; i < etags.size(); ++i) {
        pugi::xml_node part = root.append_child("Part");
        part.append_child("PartNumber").text().set(static_cast<unsigned long>(i + 1));
        part.append_child("ETag").text().set(etags[i].c_str());
    }
    return text_of(document);
}

std::string write_remove(const std::vector<std::string>& keys) {
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("Delete");
    root.append_child("Quiet").text().set(true);
    for (const std::string& key : keys)
        root.append_child("Object").append_child("Key").text().set(key.c_str());
    return text_of(document);
}

}  // namespace reelshare::objects
