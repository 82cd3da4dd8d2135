#!/bin/sh
# Builds the images of deploy/Dockerfile without a container engine, on a base that is made here: Debian by debootstrap and
# Node.js from npm. Prints the folder in which the root of each image stands. Root, and packages buildah and debootstrap.
# usage: build-images.sh <work folder> <Node.js version, such as 24>
set -eu
work=$1
node=$2
cd "$(dirname "$0")/.."
export STORAGE_DRIVER=vfs # needs nothing of the kernel
export BUILDAH_ISOLATION=chroot
mkdir -p "$work"

for command in buildah debootstrap npm; do
  command -v "$command" >/dev/null || { echo "build-images.sh needs $command: apt-get install buildah debootstrap" >&2; exit 1; }
done

base=$work/base
if [ ! -x "$base/usr/local/bin/node" ]; then
  debootstrap --variant=minbase bookworm "$base.part" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >&2
  packed=$(cd "$work" && npm pack --silent "node-linux-$(node -p process.arch)@$node" npm@11)
  set -- $packed
  tar xzf "$work/$1" -C "$base.part/usr/local" --strip-components=1 package/bin
  mkdir -p "$base.part/usr/local/lib/node_modules/npm"
  tar xzf "$work/$2" -C "$base.part/usr/local/lib/node_modules/npm" --strip-components=1
  chmod +x "$base.part/usr/local/lib/node_modules/npm/bin/npm-cli.js"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base.part/usr/local/bin/npm"
  chroot "$base.part" useradd --create-home node
  mv "$base.part" "$base"
fi
# Whom this machine trusts, for a network whose proxy has a certificate of its own.
mkdir -p "$base/etc/ssl/certs"
cp /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/"

container=$(buildah from scratch)
buildah copy --quiet "$container" "$base" / >&2
buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
buildah commit --quiet --rm "$container" localhost/alink-base >&2

for app in dm-rpc timedjob-rpc protocol-aliyun-mqtt; do
  buildah bud --format docker --network host --layers --file deploy/Dockerfile --target "$app" \
    --build-arg NODE_IMAGE=localhost/alink-base --tag "localhost/alink/$app" . >&2
  container=$(buildah from "localhost/alink/$app")
  rm -rf "${work:?}/$app"
  cp -a "$(buildah mount "$container")" "$work/$app"
  buildah rm "$container" >&2
done
