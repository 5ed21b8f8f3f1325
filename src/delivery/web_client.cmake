# The web client: npm ci, vite build, pack. Each step runs only when what it is made from changed, so that
# a change of C++ alone never starts npm. Everything made goes into the build folder but node_modules,
# which all build folders share.

find_program(NODE_PROGRAM node)
find_program(NPM_PROGRAM npm)
if(NOT NODE_PROGRAM OR NOT NPM_PROGRAM)
    message(FATAL_ERROR "Node.js and npm are needed for the web client: install them (script/setup does) "
                        "or leave it out with -DREELSHARE_WEB=OFF.")
endif()

set(web_source ${PROJECT_SOURCE_DIR}/web)
set(web_build ${PROJECT_BINARY_DIR}/web)
set(embedded_web ${web_build}/embedded_web.cpp)
file(MAKE_DIRECTORY ${web_build})

file(GLOB_RECURSE web_files CONFIGURE_DEPENDS ${web_source}/src/* ${web_source}/public/*)
list(FILTER web_files EXCLUDE REGEX "\\.test\\.ts$|/contract\\.d\\.ts$")

add_custom_command(
    OUTPUT ${web_build}/npm.stamp
    # npm writes its copy of the lock file last: newer than ours means that all is in place.
    COMMAND sh -c "test node_modules/.package-lock.json -nt package-lock.json || \"$0\" ci --no-audit --no-fund"
            ${NPM_PROGRAM}
    COMMAND ${CMAKE_COMMAND} -E touch ${web_build}/npm.stamp
    DEPENDS ${web_source}/package.json ${web_source}/package-lock.json
    WORKING_DIRECTORY ${web_source}
    COMMENT "Installing what the web client is built with"
    VERBATIM)

add_custom_command(
    OUTPUT ${web_build}/dist/index.html
    COMMAND ${NODE_PROGRAM} node_modules/vite/bin/vite.js build --outDir ${web_build}/dist --emptyOutDir
            --logLevel warn
    DEPENDS ${web_build}/npm.stamp ${web_files} ${web_source}/index.html ${web_source}/vite.config.js
            ${web_source}/svelte.config.js ${web_source}/tsconfig.json
    WORKING_DIRECTORY ${web_source}
    COMMENT "Building the web client"
    VERBATIM)

add_custom_command(
    OUTPUT ${embedded_web} ${web_build}/packed/client.bin
    COMMAND ${NODE_PROGRAM} pack.mjs ${embedded_web} --dist ${web_build}/dist --packed ${web_build}/packed
    DEPENDS ${web_build}/dist/index.html ${web_source}/pack.mjs ${web_source}/documents.mjs
            ${web_source}/docs/index.html ${web_source}/docs/page.css ${PROJECT_SOURCE_DIR}/docs/openapi.yaml
    WORKING_DIRECTORY ${web_source}
    COMMENT "Packing the web client"
    VERBATIM)

set_source_files_properties(${embedded_web} PROPERTIES OBJECT_DEPENDS ${web_build}/packed/client.bin)
