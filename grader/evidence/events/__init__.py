"""Events as the trusted side accepts them, by what they are about; `schema` has their union."""
