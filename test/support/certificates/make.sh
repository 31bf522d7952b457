#!/bin/sh
# Makes every certificate of this folder anew: sh make.sh. Needs OpenSSL 3.
set -eu
cd "$(dirname "$0")"

cat > ca.conf <<'CONF'
[ca]
default_ca = tests
[tests]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CONF

# name of the files, common name, extensions, end, then how it is signed
sign() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" \
    -keyout "$1.key" -out request.csr
  printf '%s\n' "$3" > extensions.txt
  : > index.txt
  end=$4 && file=$1
  shift 4
  openssl ca -batch -notext -config ca.conf -extfile extensions.txt -rand_serial \
    -startdate 20200101000000Z -enddate "$end" -in request.csr -out "$file.pem" "$@"
  rm -f request.csr extensions.txt index.txt* serial* [0-9A-F][0-9A-F]*.pem
}

authority() {
  sign "$1" "$2" "basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash" $until -selfsign -keyfile "$1.key"
}

leaf() {
  sign "$1" "$1" "subjectAltName=$2
extendedKeyUsage=serverAuth,clientAuth" "$3" -cert ca.pem -keyfile ca.key
}

until=21200101000000Z
local="DNS:localhost,DNS:library.internal,IP:127.0.0.1,IP:::1,URI:spiffe://tests/library"

authority ca "Diglot tests"
authority other-ca "Diglot tests, another authority"
leaf server "$local" $until
leaf renewed "$local" $until
leaf elsewhere "DNS:elsewhere.internal,IP:10.1.2.3" $until
leaf expired "$local" 20210101000000Z
leaf client "DNS:gateway.internal" $until
sign self-signed self-signed "subjectAltName=$local" $until -selfsign -keyfile self-signed.key
rm -f ca.conf
