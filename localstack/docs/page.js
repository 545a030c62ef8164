// The page is Swagger UI over both documents. Without validatorUrl it would send them to a public validator.
'use strict';

window.ui = SwaggerUIBundle({
  dom_id: '#apis',
  urls: [
    { url: '/shopper.json', name: 'Shopper API' },
    { url: '/seller.json', name: 'Seller API' },
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
  deepLinking: true,
  filter: true,
  persistAuthorization: true,
  validatorUrl: null,
});
