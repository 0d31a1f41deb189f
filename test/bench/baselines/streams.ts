/**
 * Streams with published detections, packed as bits (most significant first), so that no random generator of another
 * language is needed.
 */

/** Python `random.Random(42)`: 1000 fair bits, then 1000 bits that are 1 in 7 of 10 cases (documentation of river). */
export const py42 = unpack(
  'jhNsj9+Ah0/BqLMY90a28cxlM0RZNg4gW+BTz3TLdJMc+sWmGx8eNfXrSGuotXyYD0YZuCUsZf/x4JkfHcEJQLG+G2xrdi3tlpJZXSqgxwLrCkrpvIJv3jPAflsNcXjtZstr1zLGu56pfOebRzQcZDt1b/mT6y/V8cxE6CN8+lNQlP2++T++u6n7/p/7O6vxurtFfT8+v1+O/+Z1//HnXy/f//zF2u6/++dq2W82PLtNr/P7fYevf/vfu32f/zzb3v8X37/cP26/P9437w1/uv/62/Z/b3+/upfj3+UfPzrt2v3vr/V+J70j2fqP5tdl9/Wv//cPW8Nlfw==',
  1,
);

/** numpy seed 12345: 1000 bits at .2, then 1000 at .8 (tests of river and scikit-multiflow). */
export const np2 = unpack(
  'ghDgIYKgBDAKAYANYBCQhABAQhwCLOIAAJAgAAABBQwABgYQAIBYiAApAAEAAiECRICADgtAIBCEABCAglHQACg4opgQIAUkACAiYACAFxABQNEAOEAHAiCqABRgAEQgIYAzACAEAggXFIAhwkABcIBCAJPB0AFAEwgDiGDHq3M+tz3st9e/7/n9/vf/Xv6//meN9/z59+b/7//3ud9/f7z/+9/+fv5P9nfuzeT9rt6zP/9vH/z7zv///37f75b/3772/m9f397/l//9//ff7f+/+1X//v3//09v3+8l979/0/wv3//+//3f8e//fL/9stX7/fmrfX/t3Q==',
  1,
);

/** numpy seed 12345: 500 times N(0, .1) > 0, 500 times N(.25, .1) > 0, and both again (tests of river). */
export const np3 = unpack(
  'T+8mfBUG9muB4b13sDWKMg+WjSYV6CHA86A1ZPRHKqIVFmApVtjja2YkueDx5I5Y51XvMEHzT3NJSl5R2Zb///+///////////////////////3///////////////////////////////f///////////////////////9G5sOyNAhRLXElUG4Env5u5wJJhaggQ1RPwIr0AQku9f4mWZH6+whQK0uh41UMukjCWd0RP23Z0By6TCvhDX/////v///////////v/////////////////////////////f///////////////////////////////////Q==',
  1,
);

/** numpy seed 12345: 1000 integers below 2, then 1000 below 8; 3 bits a value (tests of river). */
export const np1 = unpack(
  'BJBAIJBIJIAJIIBJJBJJIBIBJIJJBIIBJAIIAJAAAIAIBJJIAIBBBABIBBAJBIBAJJABBAJBBBJBABIAABJAIIIBIJBIBAJJBIJIAAJIBBBAAIBJABIJBAABAJJIAIAJJBBIJAIJIIIAAAAIAIBJJJJIBAABJBIIIABJJAJBIBAIBJAJIJAAJIBIJJIIIBJAIIJJABAAIBAJIIJJJIAJIJIBBJIIAAAIJBBIAAIJBAJBIJBBIIAAABAAIBAJJAABBJBBIBBIIAIBIBBAJBBIBJIAIBBIBJAJJIAABIBJJIJBBIIABABBJBJIIJBJJABBIJBAIJIAABAAJBIJBIIIIBJIIJIAIAIAAIAIJAIIBBBJJIBJIAAJBBABBJBJAIJBAIBIIIIJIJBJIBJAJIABBBBBJIJAJBBJAJABBJAABJJJAJBBAJIIIBJBBIJJIIABIJAIJBJIIBAIJAAAAIIAABBIIAIJBAABJIJAABBBIBBJBBAIBAIJct5UZ4SJZg2hm/oWRfrjQYYF/VdTFkVvX3XxW5/i2CDRYbPB7itvR1ZnjJrDyW8vujWnyMd4CJqJbTi9rpfxogUl59XByiu5dYGpdOVgj3vYlyA3l/DF+fLmETVXD8zrUMFe1RhWDAovD69NHUF7w8/3SW1CejFxPok2XL04r4G/ygQVIFC0lRFniYUxupG5xbTaCgARjVB4Mh1667Lx35cjPyAEXwI+4WXef3j/Xy8aGVjenqofbfQMdtZLHKjaSGUD4o2ZJQAoWireFSUdQT3AXY79xvFPp0Tkmo8WuqBuabKtJdVQRLVBEldPUuzqVW5bzlE74QeJZhsF1Br6dC2m2Cpu98mYkax0ksCgB5lpr8DHtkZqFaPRjoAfiYByNE2cb+wW4oZISGBOruJNa6avzW/Z6OSR9PKh4eQq/yZ4m6ChtotRgdc8w1m9wXIcU4s5rpw7FHDWidhFqwZ+bBt2lSiemTfP1nfwC+kWhFFA///+dHLj',
  3,
);

function unpack(base64: string, bitsPerValue: number): Float64Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return Float64Array.from({ length: 2_000 }, (_, index) => {
    let value = 0;
    for (let bit = index * bitsPerValue; bit < (index + 1) * bitsPerValue; bit++) {
      value = 2 * value + ((bytes[bit >> 3]! >> (7 - (bit & 7))) & 1);
    }
    return value;
  });
}
