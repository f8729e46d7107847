#!/bin/sh
# Makes the bucket, and one user for gateways and one for the pool, each with the policy that lies beside this file.
# Run again it changes nothing. Standing alone, no shell of the host is needed: it runs in the image of `mc`.
set -eu
secret() { cat "/run/secrets/$1"; }
mc alias set store "${STORE_URL:-http://minio:9000}" "$(secret store_owner_access_key)" "$(secret store_owner_secret_key)" >/dev/null
mc mb --ignore-existing "store/$BUCKET"
for role in gateway pool; do
  sed "s/<bucket>/$BUCKET/g" "/setup/$role-policy.json" >"/tmp/$role.json"
  mc admin policy create store "myspinbot-$role" "/tmp/$role.json"
  mc admin user add store "$(secret store_${role}_access_key)" "$(secret store_${role}_secret_key)"
  mc admin policy attach store "myspinbot-$role" --user "$(secret store_${role}_access_key)" ||
    mc admin policy entities store --user "$(secret store_${role}_access_key)" | grep -q "myspinbot-$role"
done
echo "bucket $BUCKET is ready"
