#!/bin/sh
# An internal certificate authority and one server certificate, for a LAN without a public name.
# Usage: internal-ca.sh FOLDER NAME      makes FOLDER/ca.key ca.crt exam.key exam.crt; an existing authority is kept.
# Install ca.crt on every exam machine; keep ca.key offline.
set -eu
umask 077
mkdir -p "$1"
cd "$1"
name=$2

if [ ! -f ca.key ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1825 \
        -keyout ca.key -out ca.crt -subj "/CN=Exam internal CA" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign"
fi
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout exam.key -out exam.csr -subj "/CN=$name"
cat > exam.ext <<EOF
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectAltName=DNS:$name
EOF
openssl x509 -req -in exam.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 397 -extfile exam.ext -out exam.crt
rm exam.csr exam.ext
chmod 644 ca.crt exam.crt
